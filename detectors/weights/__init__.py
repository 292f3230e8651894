"""Model weights: where they come from, how they are checked and turned into ONNX, and where they are kept."""
