"""What is done about it: alerts become tickets that are followed until the trouble is gone."""
