package api

import (
	"golang.org/x/sys/unix"

	"pipy/pipy/spec"
)

// fileStat is what is known about a file.
type fileStat struct{ unix.Stat_t }

var statClass = spec.NewClass[*fileStat]("os.Stats", "What is known about a file. Times are seconds since 1970, with fractions.")

func statFile(path string) (*fileStat, error) {
	s := &fileStat{}
	if err := unix.Stat(path, &s.Stat_t); err != nil {
		return nil, err
	}
	return s, nil
}

func timeOf(t unix.Timespec) float64 { return float64(t.Sec) + float64(t.Nsec)/1e9 }

func init() {
	d := statClass
	number := func(name, doc string, get func(s *fileStat) float64) {
		d.Prop(name, "number", doc, func(s *fileStat) any { return get(s) })
	}
	number("dev", "The device that the file is on.", func(s *fileStat) float64 { return float64(s.Dev) })
	number("ino", "The number of the file on its device.", func(s *fileStat) float64 { return float64(s.Ino) })
	number("mode", "Kind and permissions.", func(s *fileStat) float64 { return float64(s.Mode) })
	number("nlink", "How many names the file has.", func(s *fileStat) float64 { return float64(s.Nlink) })
	number("uid", "The owner.", func(s *fileStat) float64 { return float64(s.Uid) })
	number("gid", "The group.", func(s *fileStat) float64 { return float64(s.Gid) })
	number("rdev", "The device that a device file stands for.", func(s *fileStat) float64 { return float64(s.Rdev) })
	number("size", "The number of bytes.", func(s *fileStat) float64 { return float64(s.Size) })
	number("blksize", "The block size for reading and writing in bytes.", func(s *fileStat) float64 { return float64(s.Blksize) })
	number("blocks", "How many blocks of 512 bytes the file takes.", func(s *fileStat) float64 { return float64(s.Blocks) })
	number("atime", "When the file was read.", func(s *fileStat) float64 { return timeOf(s.Atim) })
	number("mtime", "When the content was changed.", func(s *fileStat) float64 { return timeOf(s.Mtim) })
	number("ctime", "When the content or the attributes were changed.", func(s *fileStat) float64 { return timeOf(s.Ctim) })

	kind := func(name, what string, format uint32) {
		d.Method(name, "boolean", "Tells whether it is "+what+".", func(*spec.Method) func(*fileStat, *spec.Call) (any, error) {
			return func(s *fileStat, _ *spec.Call) (any, error) { return uint32(s.Mode)&unix.S_IFMT == format, nil }
		})
	}
	kind("isFile", "a regular file", unix.S_IFREG)
	kind("isDirectory", "a directory", unix.S_IFDIR)
	kind("isCharacterDevice", "a character device", unix.S_IFCHR)
	kind("isBlockDevice", "a block device", unix.S_IFBLK)
	kind("isFIFO", "a named pipe", unix.S_IFIFO)
	kind("isSymbolicLink", "a symbolic link; never, because links are followed", unix.S_IFLNK)
	kind("isSocket", "a socket", unix.S_IFSOCK)
}
