// Package odata reads what clients of Microsoft Graph and of SharePoint's REST interface write into URLs: paths, query
// options, filters, searches. It knows no tenant, no resource and no HTTP; a face declares its resources as nodes, and a
// path meets them segment by segment:
//
//	GET /users/adele@contoso.com/drive/root:/a/b.txt:/children?$top=5
//	     │     │                 │     │    │         │
//	     │     │                 │     │    │         └ Operation "children" … of node driveItem
//	     │     │                 │     │    └ Node.Path of driveItem: "/a/b.txt"
//	     │     │                 │     └ Child "root" of drive ──► node driveItem ◄─ declared once, mounted often
//	     │     │                 └ Child "drive" of user ──► node drive
//	     │     └ Key of users ──► node user
//	     └ Child "users" of the root ──► node users
//
// [ParsePath] and [ParseQuery] read, [Tree.Match] finds the operation without looking anything up, the face checks
// permissions and opens its transaction, [Match.Do] resolves keys and paths from left to right and runs the handler.
// [Tree.Walk] shows a test every operation once.
//
// Filters are read once into an [Expr] and evaluated against a [Resource]; [AppendJSON] writes a tagged struct as $select
// and $expand ask. Every failure is a [problem.Error].
//
// Sources: OData 4.01 part 2 (URL conventions), the query parameter pages of Microsoft Graph and of SharePoint REST.
package odata
