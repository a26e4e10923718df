package api

import (
	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
)

// checkJSON checks a text that has to be JSON, in its form and by the schema. It stands at at.
func checkJSON(text []byte, at Problem, s *schema.Schema, d schema.Direction, rep *report) {
	value, ok, problems := strictjson.Read(text, rep.left())
	for _, p := range problems {
		rep.addAll(at, []schema.Problem{schema.Problem(p)})
	}
	if ok {
		rep.addAll(at, s.Check(value, d, rep.left()))
	}
}
