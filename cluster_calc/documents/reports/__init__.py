"""One report for each verb."""
