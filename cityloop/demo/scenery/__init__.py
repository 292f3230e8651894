"""Three cameras of the demo whose bin, laundry and rubbish are drawn over one real frame, since no footage of them may be shipped."""
