"""What the user looks at: plain state, resolved to frozen pictures. No Qt, no torch."""
