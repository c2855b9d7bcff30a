package main

import "context"

func (o options) http(context.Context, *installation, *report) error { return nil }
