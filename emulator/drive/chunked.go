package drive

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// chunkedID is the name of a chunked upload of SharePoint: the client chooses an id, which counts for one file only.
func chunkedID(i state.Item, upload string) string {
	return "chunked." + i.TenantID + "." + i.ListID + "." + i.ID + "." + strings.ToLower(upload)
}

// StartChunked begins to replace a file's content piece by piece, with the first piece, and returns how much is there.
// Starting the same upload again begins anew. It fails with NotAFile.
func StartChunked(tx *state.Tx, i state.Item, upload string, f Fragment, by state.Actor) (int64, error) {
	if i.Kind != state.File {
		return 0, problem.For(problem.Invalid, problem.NotAFile, i.Name, "The object is not a file.")
	}
	u := state.UploadSession{
		ID: chunkedID(i, upload), TenantID: i.TenantID, ListID: i.ListID, ParentID: i.ParentID, ItemID: i.ID, Name: i.Name, Size: -1,
		Conflict: string(Replace), Actor: by, Stub: upload, ExpiresAt: tx.Now().Add(sessionLife),
	}
	u, err := Append(tx, u, f, -1)
	return u.Received, err
}

// ContinueChunked adds the next piece and returns how much is there. It fails with SessionNotFound, RangeOverlap or
// RangeInvalid.
func ContinueChunked(tx *state.Tx, i state.Item, upload string, f Fragment) (int64, error) {
	u, err := FindUpload(tx, chunkedID(i, upload))
	if err != nil {
		return 0, err
	}
	u, err = Append(tx, u, f, -1)
	return u.Received, err
}

// FinishChunked adds the last piece and makes the whole the file's content. It fails as [ContinueChunked] and [PutFile].
func FinishChunked(tx *state.Tx, i state.Item, upload string, f Fragment) (state.Item, error) {
	u, err := FindUpload(tx, chunkedID(i, upload))
	if err != nil {
		return i, err
	}
	if u, err = Append(tx, u, f, f.Offset+f.Size); err != nil {
		return i, err
	}
	_, i, _, err = Commit(tx, u)
	return i, err
}

// CancelChunked forgets an upload under way. It fails with SessionNotFound.
func CancelChunked(tx *state.Tx, i state.Item, upload string) error {
	u, err := FindUpload(tx, chunkedID(i, upload))
	if err != nil {
		return err
	}
	CancelUpload(tx, u)
	return nil
}
