"""How many cameras a core judges, by what is decoded and how often the model is asked."""
