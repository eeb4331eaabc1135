"""Networks: what they are, their forward pass in NumPy, and their TensorFlow graph."""
