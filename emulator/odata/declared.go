package odata

// Declared is an operation of a tree as others than its face see it.
type Declared struct {
	Name, Method string
	// Template is the shortest path that leads to it: /users/{id}/drive/root/createLink.
	Template string
	// Source is where the behaviour is documented.
	Source string
	// Delegated and Application are the permissions of which a token needs one.
	Delegated, Application []string
}

// Declared returns all operations that can be reached, in the order of [Tree.Walk].
func (t *Tree[C]) Declared() []Declared {
	var all []Declared
	t.Walk(func(v Visit[C]) bool {
		o := v.Operation
		all = append(all, Declared{o.Name, o.Method, v.Template, o.Source, o.Delegated, o.Application})
		return true
	})
	return all
}
