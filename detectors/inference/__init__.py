"""From a picture to boxes with labels and scores."""
