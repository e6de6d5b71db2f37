"""What is written for people: charts, views and their renderers, one report for each verb, cost sheet, memo."""
