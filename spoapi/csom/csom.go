// Package csom reads ProcessQuery requests: a small interpreter of actions and object paths over a tree of objects that
// the face supplies. It knows XML and the answer's JSON, nothing of tenants.
//
//	<Request>                                     [ header,
//	  <Actions>   ObjectPath 4 → 3                  4, {"IsNull":false},
//	              SetProperty 5 on 3
//	              Query 6 of 3                      6, {"_ObjectType_":…,"_ObjectIdentity_":…,…} ]
//	  <ObjectPaths> Constructor 3 {TypeId}   ──► Server.Construct ──► *Object
//
// [Parse] checks the text against the schema, [Request.Run] carries the actions out in their order; an object path is
// followed when the first action needs it, and only once, so that a method in a path runs when its turn comes. A failure
// of any kind is a [Fault], which the service answers with status 200 and a header alone.
//
// Source: sharepoint.md section 6.1 of the reference; the protocol's schema where that is silent is from memory.
package csom

// SchemaVersion is the version of the protocol.
const SchemaVersion = "15.0.0.0"

// Fault is a failure as the protocol tells it: ErrorInfo of the answer's header.
type Fault struct {
	Code    int
	Type    string // ErrorTypeName: System.UnauthorizedAccessException ...
	Message string
	Err     error // the cause, for the log only
}

func (f *Fault) Error() string { return f.Type + ": " + f.Message }

func (f *Fault) Unwrap() error { return f.Err }

// The types of failure that the interpreter itself has.
const (
	schemaError  = "System.Xml.Schema.XmlSchemaValidationException"
	clientError  = "Microsoft.SharePoint.Client.InvalidClientQueryException"
	typeError    = "System.ArgumentException"
	unknownError = -1
)

func schemaFault(message string) error {
	return &Fault{Code: unknownError, Type: schemaError, Message: message}
}

func clientFault(message string) error {
	return &Fault{Code: unknownError, Type: clientError, Message: message}
}
