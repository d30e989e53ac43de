package odata_test

import (
	"fmt"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// request is what a face knows of one request.
type request struct{ books map[string]*book }

type book struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Shelf string `json:"shelf" odata:"select"`
}

// A resource is one declaration: here the collection, and the entity behind its key.
func bookNodes() []odata.Node[*request] {
	return []odata.Node[*request]{
		{Name: "books", Key: odata.Key[*request]{Of: "book", Resolve: bookByKey}},
		{
			Name:        "book",
			Properties:  odata.PropertiesOf(book{}),
			NotEmulated: []string{"reviews"},
			Operations: []odata.Operation[*request]{{
				Name: "book.get", Method: "GET",
				Delegated: []string{"Books.Read"}, Application: []string{"Books.Read.All"},
				Source:  "api/book-get",
				Handler: getBook,
			}},
		},
	}
}

func bookByKey(r *request, _ any, key odata.Predicate) (any, error) {
	if b := r.books[key.Text()]; b != nil {
		return b, nil
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, key.Text(), "there is no such book")
}

func getBook(_ *request, call *odata.Call) (any, error) { return call.Value.(*book), nil }

func Example() {
	root := odata.Node[*request]{Name: "root", Children: []odata.Child[*request]{{Name: "books", Of: "books"}}}
	tree, err := odata.NewTree(odata.Graph, append([]odata.Node[*request]{root}, bookNodes()...)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	path, _ := odata.ParsePath("/books/7", odata.Graph)
	query, _ := odata.ParseQuery("$select=id,shelf", odata.Graph)
	match, err := tree.Match("GET", path, query)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(match.Template(), match.Operation.Delegated)

	answer, err := match.Do(&request{books: map[string]*book{"7": {ID: "7", Title: "Moby-Dick", Shelf: "B"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := odata.Project(answer, query.Shape())
	fmt.Println(string(body))
	// Output:
	// /books/{id} [Books.Read]
	// {"id":"7","shelf":"B"}
}
