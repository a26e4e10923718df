package main

import "example.com/cortexscan/api"

// problemJSON is api.Problem with the names of JSON.
type problemJSON struct {
	In      string `json:"in"`
	Name    string `json:"name,omitempty"`
	Pointer string `json:"pointer,omitempty"`
	Reason  string `json:"reason"`
}

func problemsJSON(problems []api.Problem) []problemJSON {
	list := make([]problemJSON, len(problems))
	for i, p := range problems {
		list[i] = problemJSON(p)
	}
	return list
}

func problemText(p problemJSON) string { return api.Problem(p).String() }
