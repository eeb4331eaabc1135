"""`python -m model.snapshots`: draw the synthetic pictures that the data set "mixed" is made of."""

from model.wardrobe.synthetic import build

if __name__ == "__main__":
    build()
