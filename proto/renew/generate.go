// Package main writes Envoy's API as one descriptor file. See ../README.md.
package main

//go:generate go run ./list
