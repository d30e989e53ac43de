// Package csom reads ProcessQuery requests: a small interpreter of actions and object paths over a tree of objects that
// the face supplies. It knows XML and the answer's JSON, nothing of tenants.
//
// Source: sharepoint.md section 6.1 of the reference.
package csom
