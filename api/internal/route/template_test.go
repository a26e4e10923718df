package route

import "testing"

func TestTemplatesAreSortedByHowConcreteTheyAre(t *testing.T) {
	sorted := []string{"/a", "/a/longer/{x}", "/a/{x}", "/b/{x}", "/{x}", "/{x}/{y}"}
	for i := range sorted[1:] {
		a, b := newTemplate(sorted[i]), newTemplate(sorted[i+1])
		if a.compare(b) >= 0 || b.compare(a) <= 0 || a.compare(a) != 0 {
			t.Errorf("%s has to come before %s", a.text, b.text)
		}
	}
}

func TestTemplateIsNoRegularExpression(t *testing.T) {
	template := newTemplate("/a.b+/{x}")
	if _, ok := template.match("/aXb/1"); ok {
		t.Error("a dot matched a letter")
	}
	if values, ok := template.match("/a.b+/1"); !ok || values[0] != "1" {
		t.Errorf("got %q", values)
	}
}
