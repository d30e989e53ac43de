package spoapi

import (
	"strconv"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// uploadOperations write a file in pieces (sharepoint.md 5): the client chooses the id of the upload.
func uploadOperations() []operation {
	return writing(
		operation{Name: "file.startUpload", Method: "POST", Segment: "StartUpload", Aliases: []string{"StartUploadFile"}, Params: []string{"uploadId"}, Source: "sharepoint.md 5", Handler: startUpload},
		operation{Name: "file.continueUpload", Method: "POST", Segment: "ContinueUpload", Params: []string{"uploadId", "fileOffset"}, Source: "sharepoint.md 5", Handler: continueUpload},
		operation{Name: "file.finishUpload", Method: "POST", Segment: "FinishUpload", Params: []string{"uploadId", "fileOffset"}, Source: "sharepoint.md 5", Handler: finishUpload},
		operation{Name: "file.cancelUpload", Method: "POST", Segment: "CancelUpload", Params: []string{"uploadId"}, Source: "sharepoint.md 5", Handler: cancelUpload},
	)
}

// stubOperations make the empty file that an upload in pieces begins with.
func stubOperations() []operation {
	return writing(
		operation{Name: "files.addStub", Method: "POST", Segment: "AddStub", Params: []string{"urlOfFile"}, Source: "sharepoint.md 5", Handler: addStub},
		operation{Name: "files.addStubUsingPath", Method: "POST", Segment: "AddStubUsingPath", Params: []string{"decodedUrl"}, Source: "sharepoint.md 5", Handler: addStub},
		operation{Name: "files.getByPathOrAddStub", Method: "POST", Segment: "GetByPathOrAddStub", Aliases: []string{"GetByUrlOrAddStub"}, Params: []string{"decodedUrl"}, Source: "sharepoint.md 5", Handler: getOrAddStub},
	)
}

func addStub(c *request, call *odata.Call) (any, error) {
	c.body = nil
	return c.stub(call, drive.Fail)
}

func getOrAddStub(c *request, call *odata.Call) (any, error) {
	if found, err := fileByName(c, call.Value, call.Args); err == nil {
		at := placeOf(found)
		return c.fileEntity(at), c.require(at, state.RoleRead)
	}
	return c.stub(call, drive.Fail)
}

func (c *request) stub(call *odata.Call, conflict drive.Conflict) (any, error) {
	name := ""
	for _, a := range call.Args {
		name = a.Value.Text()
	}
	up, leaf, err := c.splitTarget(placeOf(call.Value), name)
	if err != nil {
		return nil, err
	}
	if up, err = c.putFile(up, leaf, conflict); err != nil {
		return nil, err
	}
	return c.fileEntity(up), nil
}

// piece reads the arguments of an upload's call: the file, which the caller must be able to change, and the piece.
func (c *request) piece(call *odata.Call) (at drive.Place, upload string, f drive.Fragment, err error) {
	at, upload = placeOf(call.Value), call.Args.Text("uploadId")
	if upload == "" {
		return at, "", f, problem.For(problem.Invalid, problem.MissingProperty, "uploadId", "The parameter uploadId is missing.")
	}
	offset, ok := call.Args.Int("fileOffset")
	if _, given := call.Args.Get("fileOffset"); given && (!ok || offset < 0) {
		return at, "", f, problem.For(problem.Invalid, problem.Malformed, "fileOffset", "The parameter fileOffset is no number.")
	}
	return at, upload, drive.FragmentOf(c.body, offset), c.require(at, state.RoleWrite)
}

// offset answers how much of the file is there, a 64-bit number and so text.
func offset(function string, n int64) result {
	return result{name: function, kind: "Edm.Int64", value: strconv.FormatInt(n, 10)}
}

func startUpload(c *request, call *odata.Call) (any, error) {
	at, upload, f, err := c.piece(call)
	if err != nil {
		return nil, err
	}
	n, err := drive.StartChunked(c.tx, at.Item, upload, f, c.actor())
	return offset("StartUpload", n), err
}

func continueUpload(c *request, call *odata.Call) (any, error) {
	at, upload, f, err := c.piece(call)
	if err != nil {
		return nil, err
	}
	n, err := drive.ContinueChunked(c.tx, at.Item, upload, f)
	return offset("ContinueUpload", n), err
}

func finishUpload(c *request, call *odata.Call) (any, error) {
	at, upload, f, err := c.piece(call)
	if err != nil {
		return nil, err
	}
	if at.Item, err = drive.FinishChunked(c.tx, at.Item, upload, f); err != nil {
		return nil, err
	}
	return c.fileEntity(at), nil
}

func cancelUpload(c *request, call *odata.Call) (any, error) {
	at, upload, _, err := c.piece(call)
	if err != nil {
		return nil, err
	}
	return void{"CancelUpload"}, drive.CancelChunked(c.tx, at.Item, upload)
}
