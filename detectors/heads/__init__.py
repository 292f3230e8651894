"""Small heads on frozen features: taught by the operator with a few crops of each zone, judged before they are used."""
