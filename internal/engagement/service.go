package engagement

import "countersign/internal/platform/gate"

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// New returns the engagement service.
func New(g *gate.Gate) *Service { return &Service{g} }
