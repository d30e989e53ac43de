package csom

// Server supplies the objects that a request starts from.
type Server interface {
	// Construct makes the object of a constructor. typeID is a GUID in lower case without braces.
	Construct(typeID string, args []Value) (*Object, error)
	// Static returns a static property, or what a static method returns; args is nil for a property.
	Static(typeID, name string, args []Value) (any, error)
	// Identify finds the object of an _ObjectIdentity_ that was handed out before: what follows the first GUID and its
	// bar, so that any caller's own correlation id will do.
	Identify(identity string) (*Object, error)
}

// Object is a server object as the face describes it for one request. Every member but Type may be left out.
type Object struct {
	Type     string // _ObjectType_
	Identity string // _ObjectIdentity_ without the correlation id in front; "" for an object that cannot be named
	Version  string // _ObjectVersion_

	// Scalars are the properties that "all properties" means, in the order of the answer. Where they can change within the
	// request, Current returns them as they are now.
	Scalars []Scalar
	Current func() []Scalar
	// Navigation leads to the object or value of a property that is no scalar; ok is false where there is none.
	Navigation func(name string) (value any, ok bool, err error)
	// Items make the object a collection; nil for none.
	Items []*Object
	// Set changes a property.
	Set func(name string, v Value) error
	// Call runs a method: it returns *Object, a scalar, or nil for nothing; ok is false where there is no such method.
	Call func(name string, args []Value) (value any, ok bool, err error)
}

// Scalar is a property with its value: nil, string, bool, int, int64, float64, time.Time, [GUID], []string, or a *Object
// for a complex value that always comes along.
type Scalar struct {
	Name  string
	Value any
}

// GUID is a value that is written as \/Guid(…)\/.
type GUID string

func (o *Object) scalars() []Scalar {
	if o.Current != nil {
		return o.Current()
	}
	return o.Scalars
}

func (o *Object) scalar(name string) (any, bool) {
	for _, s := range o.scalars() {
		if s.Name == name {
			return s.Value, true
		}
	}
	return nil, false
}

// property returns a scalar or what a navigation leads to.
func (o *Object) property(name string) (any, error) {
	if v, ok := o.scalar(name); ok {
		return v, nil
	}
	if o.Navigation != nil {
		v, ok, err := o.Navigation(name)
		if err != nil || ok {
			return v, err
		}
	}
	return nil, clientFault("Field or property \"" + name + "\" does not exist.")
}

func (o *Object) set(name string, v Value) error {
	if o.Set == nil {
		return clientFault("Field or property \"" + name + "\" is read-only.")
	}
	return o.Set(name, v)
}

func (o *Object) call(name string, args []Value) (any, error) {
	if o.Call != nil {
		v, ok, err := o.Call(name, args)
		if err != nil || ok {
			return v, err
		}
	}
	return nil, clientFault("Method \"" + name + "\" does not exist.")
}
