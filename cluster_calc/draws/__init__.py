"""Normal draws, designs and percentiles; what is drawn for is not known here."""
