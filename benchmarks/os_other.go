//go:build !linux

package main

import (
	"errors"
	"syscall"
)

func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func raiseFiles(uint64) (uint64, error) { return 0, errors.ErrUnsupported }
