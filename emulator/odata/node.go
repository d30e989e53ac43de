package odata

import "slices"

// Node declares a kind of resource once: what it has, what leads on from it, what can be done with it. It is a value; a
// [Tree] links nodes by their names, so nodes may lead back to themselves and be mounted in many places.
//
// C is the face's own context of one request (caller, transaction, …); the tree only hands it through.
type Node[C any] struct {
	// Name identifies the node in its tree: "user", "users", "driveItem".
	Name string
	// Extends names a node whose declarations hold here too, unless this one declares the same segment and method.
	Extends string
	// Properties can be addressed as segments: /me/displayName, /me/displayName/$value. Such a request is answered by
	// the node's own GET with [Call.Property] set.
	Properties []string
	// Key makes the node a collection whose members are addressed by key.
	Key Key[C]
	// Path resolves a colon path below self; path begins with a slash and is never "/" alone. The value that it returns
	// belongs to the node named by PathOf, or to this node where that is empty.
	Path   func(c C, self any, path string) (any, error)
	PathOf string
	// Casts are the type names that may follow as microsoft.graph.NAME; see [Call.Cast].
	Casts []string
	// Children lead to other nodes: navigation properties, and functions that return a resource.
	Children []Child[C]
	// Operations are what can be done here.
	Operations []Operation[C]
	// NotEmulated are segments that the real service has here and the emulator lacks.
	NotEmulated []string
}

// Key declares how the members of a collection are addressed: /users/x, /users('x'), /roles/templateId=x.
type Key[C any] struct {
	// Of names the node of the member. A Key without it declares nothing.
	Of string
	// Name is the key property, for templates; "id" where empty.
	Name string
	// Alternates are further properties that identify a member.
	Alternates []string
	// Resolve returns the member of the collection, problem.NotFound where there is none.
	Resolve func(c C, collection any, key Predicate) (any, error)
}

// Predicate is a key as the client gave it. Name is empty for the key property, else one of the alternates.
type Predicate struct {
	Name  string
	Value Literal
}

// Text returns the key without quotes.
func (p Predicate) Text() string { return p.Value.Text() }

// Child declares a segment that leads to another node.
type Child[C any] struct {
	// Name is the segment.
	Name string
	// Aliases are further spellings of it.
	Aliases []string
	// Of names the node that it leads to.
	Of string
	// Params are the parameters of a function, in the order in which they may stand without names; an optional one ends
	// in "?". Several children may share a name and differ in parameters.
	Params []string
	// Resolve returns the value of the segment. Without one the parent's value is handed on, as for a collection.
	Resolve func(c C, parent any, args Args) (any, error)
}

// Operation declares something that can be done with a resource.
type Operation[C any] struct {
	// Name is unique in the tree: "driveItem.createLink".
	Name string
	// Method is the HTTP method.
	Method string
	// Segment is the last segment of the path (createLink, delta, $ref, $value, SP.Web.ShareObject); "" is the resource.
	Segment string
	// Aliases are further spellings of Segment.
	Aliases []string
	// Params are the parameters that can stand in the segment's parentheses, as for [Child]. All of them are optional
	// here, because the body or the query can carry them as well.
	Params []string
	// Delegated and Application are the permissions of which a token needs one.
	Delegated, Application []string
	// Source is where the behaviour is documented.
	Source string
	// Countable makes /$count answer through this operation, with [Call.Count] set.
	Countable bool
	// ReadOnly marks an operation that changes nothing although its method is not GET.
	ReadOnly bool
	// Creates lets the last key or path name nothing yet; see [Call.Missing].
	Creates bool
	// Handler does it. The face knows what its handlers return.
	Handler func(c C, call *Call) (any, error)
}

// Writes reports whether the operation can change something.
func (o *Operation[C]) Writes() bool {
	return !o.ReadOnly && o.Method != "GET" && o.Method != "HEAD"
}

// Step is one resolved part of a path: the node that it led to and the value found there.
type Step struct {
	Node  string
	Value any
}

// Call is a request as its handler sees it.
type Call struct {
	// Value is the resource that the operation works on.
	Value any
	// Steps are the way there, the root first; the last one holds Value.
	Steps []Step
	// Args are the arguments of the operation's segment, under the names of its declaration.
	Args Args
	// Query are the query options.
	Query *Query
	// Property is set where the path ends in a property, RawValue where $value follows it.
	Property string
	RawValue bool
	// Count is set where the path ends in $count.
	Count bool
	// Cast is the last type cast of the path, without its namespace.
	Cast string
	// Missing is what the last key or path of a creating operation named without there being one: "/new.txt". Value is
	// then the resource below which it was looked for.
	Missing string
	// Template is the operation's path as declared, for logs.
	Template string
}

// Of returns the nearest value in the path that was found at the named node.
func (c *Call) Of(node string) any {
	for _, v := range slices.Backward(c.Steps) {
		if v.Node == node {
			return v.Value
		}
	}
	return nil
}

// Nearest returns the value of type T that stands last in the call's path.
func Nearest[T any](c *Call) (value T, ok bool) {
	for _, v := range slices.Backward(c.Steps) {
		if v, ok := v.Value.(T); ok {
			return v, true
		}
	}
	return value, false
}
