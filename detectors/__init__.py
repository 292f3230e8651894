"""What is seen: frames from cameras become observations with evidence."""
