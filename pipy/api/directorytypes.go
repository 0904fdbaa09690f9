package api

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// furtherTypes are the media types of a directory's files beyond contentTypes,
// by extension.
var furtherTypes = map[string]string{
	"7z":          "application/x-7z-compressed",
	"aac":         "audio/aac",
	"apng":        "image/apng",
	"atom":        "application/atom+xml",
	"avif":        "image/avif",
	"bmp":         "image/bmp",
	"bz2":         "application/x-bzip2",
	"cjs":         "application/javascript",
	"csv":         "text/csv",
	"eot":         "application/vnd.ms-fontobject",
	"epub":        "application/epub+zip",
	"flac":        "audio/flac",
	"gz":          "application/gzip",
	"htm":         "text/html",
	"ics":         "text/calendar",
	"jar":         "application/java-archive",
	"jpeg":        "image/jpeg",
	"jsonld":      "application/ld+json",
	"m3u8":        "application/vnd.apple.mpegurl",
	"m4a":         "audio/mp4",
	"m4v":         "video/mp4",
	"map":         "application/json",
	"md":          "text/markdown",
	"mjs":         "application/javascript",
	"mov":         "video/quicktime",
	"mp3":         "audio/mpeg",
	"mp4":         "video/mp4",
	"mpd":         "application/dash+xml",
	"mpeg":        "video/mpeg",
	"oga":         "audio/ogg",
	"ogg":         "audio/ogg",
	"ogv":         "video/ogg",
	"opus":        "audio/ogg",
	"otf":         "font/otf",
	"pdf":         "application/pdf",
	"rss":         "application/rss+xml",
	"rtf":         "application/rtf",
	"tar":         "application/x-tar",
	"tif":         "image/tiff",
	"tiff":        "image/tiff",
	"ts":          "video/mp2t",
	"ttf":         "font/ttf",
	"vtt":         "text/vtt",
	"wasm":        "application/wasm",
	"wav":         "audio/wav",
	"weba":        "audio/webm",
	"webm":        "video/webm",
	"webmanifest": "application/manifest+json",
	"webp":        "image/webp",
	"xhtml":       "application/xhtml+xml",
	"yaml":        "application/yaml",
	"yml":         "application/yaml",
	"zip":         "application/zip",
	"zst":         "application/zstd",
}

// defaultContentTypes makes a script's object of all media types.
func defaultContentTypes(e spec.Engine) any {
	all := maps.Clone(furtherTypes)
	maps.Copy(all, contentTypes)
	names := slices.Sorted(maps.Keys(all))
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = all[name]
	}
	return e.NewObject(names, values)
}

// contentType returns the media type of a file. The extension is all that
// follows the first dot of its name that makes one.
func (d *directory) contentType(request *event.Message, name string) (string, error) {
	types, _ := d.types.(event.Object)
	if f, ok := d.types.(spec.Func); ok {
		v, err := f.Call(nil, request, "/"+name)
		if err != nil {
			return "", err
		}
		switch v := v.(type) {
		case nil:
		case string:
			return v, nil
		case event.Object:
			types = v
		default:
			return "", wrong("options.contentTypes: the function returned", "an object or a string", v)
		}
	}
	for rest := path.Base(name); ; {
		var found bool
		if _, rest, found = strings.Cut(rest, "."); !found {
			return d.defaultType, nil
		}
		ext := strings.ToLower(rest)
		if types != nil {
			if v := types.Get(ext); v != nil {
				return httphead.Text(v), nil
			}
		}
		t, ok := contentTypes[ext]
		if !ok {
			t, ok = furtherTypes[ext]
		}
		if ok {
			return d.withCharset(t), nil
		}
	}
}

// withCharset adds the charset to a type that is text.
func (d *directory) withCharset(t string) string {
	if d.charset == "" || !strings.HasPrefix(t, "text/") {
		return t
	}
	return fmt.Sprintf("%s; charset=%s", t, d.charset)
}
