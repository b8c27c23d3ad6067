module example.com/orchestrator-example

go 1.19
