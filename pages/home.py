"""Home: what this is, a live prediction, the article's seven steps."""

import numpy as np
import streamlit as st

from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS
from model.networks.forward import predict
from ui import bars, components, images, shell, state
from ui.buttons import pressed

STEPS = (  # the article's, each with what it is and where it is done: (label, file)
    (
        "Import",
        "One library does it all: Keras, on top of TensorFlow.",
        ("The code", "pages/network.py"),
    ),
    (
        "Load and split",
        "60,000 pictures to learn from, 10,000 kept apart for the exam.",
        ("See the pictures", "pages/dataset.py"),
    ),
    (
        "Look at the data",
        "Ten kinds of clothes, 28 by 28 grey pixels each.",
        ("See the numbers", "pages/dataset.py"),
    ),
    ("Build", "LeNet: eight layers, one after the other.", ("Look inside", "pages/network.py")),
    (
        "Summarise",
        "Count what it has to learn: 107,786 numbers.",
        ("The table", "pages/network.py"),
    ),
    (
        "Train",
        "The article goes 30 times through all pictures. Each time, the network guesses, is told "
        "the answer and changes its numbers a little.",
        ("Train and watch", "pages/train.py"),
    ),
    ("Predict", "Show it a picture it has never seen.", ("Try it", "pages/predict.py")),
)


def introduction() -> None:
    dataset = state.dataset()
    count = len(dataset.train_images) + len(dataset.test_images)
    st.markdown(
        "LeNet is the small network that began modern image recognition. Here you train it "
        f"yourself on **{components.DATA_NAMES[dataset.name]}**, {count:,} little pictures of "
        "clothes, watch it get better batch by batch, and then test it with your own drawings and "
        "photos. It takes a minute; you need no code and no account."
    )
    if pressed("Train LeNet now", "home_train", type="primary", icon=":material/play_arrow:"):
        st.switch_page("pages/train.py")


@st.fragment
def example() -> None:
    st.subheader("What a trained network does", anchor=False)
    choice, data = state.in_use(), state.dataset()
    if choice is None:
        st.info("No weights are there yet. Train a network, and it will show here what it can do.")
        return
    index = st.session_state.get(state.EXAMPLE, 0) % len(data.test_images)
    image, truth = data.test_images[index], CLASSES[data.test_labels[index]]
    values = predict(NETWORKS[choice.trained.network], choice.trained.weights, image[None])[0]
    guess = CLASSES[values.argmax()]
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left.container(key="example_picture"):
        st.image(images.enlarged(image, 7), width=196, alt=f"A test picture: {truth}")
    verdict = ":green[right]" if guess == truth else ":red[wrong]"
    left.markdown(f"Guess: **{guess}**, {verdict}  \nIn truth: **{truth}**")
    left.button(
        "Another picture",
        icon=":material/shuffle:",
        key="home_another",
        on_click=another_picture,
    )
    with right.container(key="example_bars"):
        st.html(bars.probabilities(values))


def another_picture() -> None:
    st.session_state[state.EXAMPLE] = int(np.random.default_rng().integers(2**31))


def path() -> None:
    st.subheader("Seven steps to a network that recognises clothes", anchor=False)
    st.caption(
        "They are those of the tutorial article that this app grew out of. Its LeNet gets "
        "90.67\u00a0% of the test pictures right; wherever the app speaks of the article, it "
        "means this one."
    )
    grid = st.grid(4, min_column_width=190, border=True, key="steps")
    for number, (name, text, (label, target)) in enumerate(STEPS, 1):
        with grid.cell(column_span=2 if name == "Train" else 1):
            st.markdown(f"**{number}. {name}**  \n{text}")
            st.page_link(target, label=label, icon=":material/arrow_forward:")
    st.page_link(
        "pages/runs.py",
        label="And then: would a plain network do as well? What if it sees only 500 pictures?",
        icon=":material/science:",
    )


shell.begin("Teach a network to see", "")
left, right = st.columns([2, 3], gap="large")
with left:
    introduction()
with right:
    example()
path()
