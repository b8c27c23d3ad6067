module example.com/orchestrator-example

go 1.19

require example.com/scenario-orchestrator/clients/go v0.2.0

replace example.com/scenario-orchestrator/clients/go => ../../clients/go
