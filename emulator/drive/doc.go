// Package drive knows what is where: sites and their users and groups, lists, libraries, folders, files, versions, upload
// sessions, the recycle bin, and what changed since when. A library is a drive; a drive item is a list item.
//
// It decides about names, conflicts, tags and sizes, never about who may: the faces ask sharing first. Content is immutable
// bytes that items, versions and forks share.
//
// Sources: graph.md sections 7 and 9.2, sharepoint.md sections 4 and 5, pitfalls.md 3.D of the reference.
package drive
