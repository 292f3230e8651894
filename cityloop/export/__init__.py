"""What ``cityloop export`` renders: documents of the interfaces, made from the very types and tables that the product runs on."""
