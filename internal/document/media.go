package document

import (
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// sniffBytes is how much of a file is looked at to say what it is.
const sniffBytes = 3072

// EmptyType is the media type of a file of no bytes.
const EmptyType = "inode/x-empty"

// sniff says what the bytes are, by their first sniffBytes, whatever their name says.
func sniff(head []byte) string {
	if len(head) == 0 {
		return EmptyType
	}
	t, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return t
}

// A look is a family of files as a person calls it.
type look struct {
	is   string   // "a PDF"
	exts []string // names that promise it
	mime []string // media types that keep the promise
}

// looks are the families that names can promise. A prefix ends with "/". OOXML and OpenDocument files are ZIP archives
// and old Office files OLE containers: that much already keeps the promise, since the rest may lie beyond the head.
var looks = []look{
	{"a PDF", []string{".pdf"}, []string{"application/pdf"}},
	{"a Word document", []string{".docx", ".docm", ".dotx"}, []string{"application/vnd.openxmlformats-officedocument.wordprocessingml.", "application/vnd.ms-word.", "application/zip"}},
	{"an Excel workbook", []string{".xlsx", ".xlsm"}, []string{"application/vnd.openxmlformats-officedocument.spreadsheetml.", "application/vnd.ms-excel.", "application/zip"}},
	{"a PowerPoint presentation", []string{".pptx"}, []string{"application/vnd.openxmlformats-officedocument.presentationml.", "application/zip"}},
	{"an OpenDocument file", []string{".odt", ".ods", ".odp"}, []string{"application/vnd.oasis.opendocument.", "application/zip"}},
	{"an old Word document", []string{".doc", ".dot"}, []string{"application/msword", "application/x-ole-storage"}},
	{"an old Excel workbook", []string{".xls"}, []string{"application/vnd.ms-excel", "application/x-ole-storage"}},
	{"an old PowerPoint presentation", []string{".ppt"}, []string{"application/vnd.ms-powerpoint", "application/x-ole-storage"}},
	{"an Outlook message", []string{".msg"}, []string{"application/vnd.ms-outlook", "application/x-ole-storage"}},
	{"a JPEG image", []string{".jpg", ".jpeg"}, []string{"image/jpeg"}},
	{"a PNG image", []string{".png"}, []string{"image/png", "image/vnd.mozilla.apng"}},
	{"a TIFF image", []string{".tif", ".tiff"}, []string{"image/tiff"}},
	{"a GIF image", []string{".gif"}, []string{"image/gif"}},
	{"a ZIP archive", []string{".zip"}, []string{"application/zip", "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.", "application/java-archive"}},
	{"a rich text file", []string{".rtf"}, []string{"text/rtf"}},
	{"text", []string{".txt", ".csv", ".eml", ".htm", ".html", ".xml", ".json", ".md", ".dat", ".opt", ".log", ".mbox"}, []string{"text/", "application/json", "application/xml", "message/"}},
	{"a Windows program", []string{".exe", ".dll"}, []string{"application/vnd.microsoft.portable-executable"}},
	{"an Office file of the old kind", nil, []string{"application/x-ole-storage"}},
	{"a sound recording", []string{".mp3", ".wav", ".m4a"}, []string{"audio/"}},
	{"a video", []string{".mp4", ".mov", ".avi"}, []string{"video/"}},
	{"an image", []string{".webp", ".bmp", ".heic"}, []string{"image/"}},
}

// Describe names a media type as a person would: "a PDF".
func Describe(mediaType string) string {
	switch mediaType {
	case EmptyType:
		return "an empty file"
	case "application/octet-stream":
		return "bytes of an unknown kind"
	}
	for _, l := range looks {
		if covers(l.mime[0], mediaType) { // what the family is, before what it is allowed to look like
			return l.is
		}
	}
	for _, l := range looks {
		if l.isType(mediaType) {
			return l.is
		}
	}
	return mediaType
}

// Lie says when a name promises something else than the bytes are: "named .pdf, is a ZIP archive". It is "" when the
// name is honest, or promises nothing that can be checked.
func Lie(name, mediaType string) string {
	ext := strings.ToLower(path.Ext(name))
	if mediaType == EmptyType {
		return "an empty file"
	}
	for _, l := range looks {
		if slices.Contains(l.exts, ext) {
			if l.isType(mediaType) {
				return ""
			}
			return "named " + ext + ", is " + Describe(mediaType)
		}
	}
	return ""
}

func (l look) isType(mediaType string) bool {
	return slices.ContainsFunc(l.mime, func(m string) bool { return covers(m, mediaType) })
}

func covers(m, mediaType string) bool {
	return m == mediaType || (strings.HasSuffix(m, "/") || strings.HasSuffix(m, ".")) && strings.HasPrefix(mediaType, m)
}
