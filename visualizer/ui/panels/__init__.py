"""The panels around the canvas. Each shows what it is given and signals what the user asks for;
no panel knows another."""
