"""What a trained network says of a picture, and why."""
