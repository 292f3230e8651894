"""The scripted crew: what each person does next is a pure decision; phones carry it out through the public API."""
