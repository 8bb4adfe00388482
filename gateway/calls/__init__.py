"""What can be asked of the edge, one noun a file; REST and the stream both call these and hold nothing of their own."""
