package ui

// IconName names one glyph of the program.
type IconName string

// The glyphs. Stages fill like a clock face; a severity is a diamond: full, half, hollow.
const (
	IconNone     IconName = ""
	IconMenu     IconName = "menu"
	IconFind     IconName = "find"
	IconBell     IconName = "bell"
	IconDown     IconName = "down"
	IconPrev     IconName = "prev"
	IconNext     IconName = "next"
	IconClose    IconName = "close"
	IconAdd      IconName = "add"
	IconBusy     IconName = "busy"
	IconSettings IconName = "settings"
	IconAuto     IconName = "auto"
	IconLock     IconName = "lock"
	IconHome     IconName = "home"
	IconFolder   IconName = "folder"
	IconList     IconName = "list"
	IconCalendar IconName = "calendar"
	IconTrail    IconName = "trail"
	IconChart    IconName = "chart"
	IconReport   IconName = "report"
	IconFile     IconName = "file"
	IconBook     IconName = "book"
	IconLink     IconName = "link"
	IconPeople   IconName = "people"
	IconOK       IconName = "ok"
	IconNo       IconName = "no"
	IconWarn     IconName = "warn"
	IconInfo     IconName = "info"
	IconQuestion IconName = "question"
	IconVoid     IconName = "void"
	IconNA       IconName = "na"
	IconClock    IconName = "clock"
	IconPause    IconName = "pause"
	IconWait     IconName = "wait"
	IconFlag     IconName = "flag"
	IconCourt    IconName = "court"
	IconEye      IconName = "eye"
	IconDownload IconName = "download"
	IconUpload   IconName = "upload"
	IconCopy     IconName = "copy"
	IconTalk     IconName = "talk"
	IconReturn   IconName = "return"
	IconStage0   IconName = "stage0" // not begun
	IconStage1   IconName = "stage1" // draft
	IconStage2   IconName = "stage2" // peer review
	IconStage3   IconName = "stage3" // senior review
	IconStage4   IconName = "stage4" // attorney; also a stage that is done
	IconSigned   IconName = "signed" // countersigned, delivered
	IconCritical IconName = "critical"
	IconMajor    IconName = "major"
	IconMinor    IconName = "minor"
)

// Drawn in a box of 16, stroked in the current colour; class f fills.
var icons = map[IconName]string{
	IconMenu:     `<path d="M2 4h12M2 8h12M2 12h12"/>`,
	IconFind:     `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	IconBell:     `<path d="M3.5 11.5h9l-1.25-1.75V6.5a3.25 3.25 0 0 0-6.5 0v3.25zM6.75 13.75h2.5"/>`,
	IconDown:     `<path d="m4 6.25 4 4 4-4"/>`,
	IconPrev:     `<path d="m9.75 4-4 4 4 4"/>`,
	IconNext:     `<path d="m6.25 4 4 4-4 4"/>`,
	IconClose:    `<path d="m3.75 3.75 8.5 8.5M12.25 3.75l-8.5 8.5"/>`,
	IconAdd:      `<path d="M8 3v10M3 8h10"/>`,
	IconBusy:     `<path d="M8 2a6 6 0 1 1-6 6"/>`,
	IconSettings: `<circle cx="8" cy="8" r="2.25"/><path d="M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4"/>`,
	IconAuto:     `<circle cx="8" cy="8" r="6"/><path class="f" d="M8 2a6 6 0 0 1 0 12z"/>`,
	IconLock:     `<path d="M3.5 7h9v6.75h-9zM5.25 7V4.75a2.75 2.75 0 0 1 5.5 0V7"/>`,
	IconHome:     `<path d="M2.5 7.5 8 2.75l5.5 4.75V13.5h-4v-4h-3v4h-4z"/>`,
	IconFolder:   `<path d="M1.75 3.5h4l1.5 1.75h7v7.75H1.75z"/>`,
	IconList:     `<path d="M5.5 4h8.5M5.5 8h8.5M5.5 12h8.5M2 4h1.5M2 8h1.5M2 12h1.5"/>`,
	IconCalendar: `<path d="M2.5 3.5h11v10h-11zM2.5 6.75h11M5.5 1.75v3M10.5 1.75v3"/>`,
	IconTrail:    `<path d="M4 2v12M4 4h8.5M4 8h6M4 12h8.5"/>`,
	IconChart:    `<path d="M2 2v12h12M4.5 10.5l3-3.5 2.5 2 3.5-5"/>`,
	IconReport:   `<path d="M3.5 1.75h6l3 3v9.5h-9zM9.5 1.75v3h3M5.5 8h5M5.5 11h5"/>`,
	IconFile:     `<path d="M3.5 1.75h6l3 3v9.5h-9zM9.5 1.75v3h3"/>`,
	IconBook:     `<path d="M2.5 2.5h4.25L8 3.5l1.25-1h4.25v10.25H9.25L8 13.75l-1.25-1H2.5zM8 3.5v10.25"/>`,
	IconLink:     `<path d="M6.5 9.5l3-3M7 4.5 8.75 2.75a3.1 3.1 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.75 1.75a3.1 3.1 0 0 1-4.5-4.5L4.5 7"/>`,
	IconPeople:   `<circle cx="6" cy="5.25" r="2.5"/><path d="M1.5 13.5c.3-2.8 2-4.25 4.5-4.25s4.2 1.45 4.5 4.25M10.75 3a2.4 2.4 0 0 1 0 4.5M12 9.5c1.5.6 2.3 2 2.5 4"/>`,
	IconOK:       `<circle cx="8" cy="8" r="6.25"/><path d="m5 8.25 2.1 2.1 4-4.35"/>`,
	IconNo:       `<circle cx="8" cy="8" r="6.25"/><path d="m5.6 5.6 4.8 4.8M10.4 5.6l-4.8 4.8"/>`,
	IconWarn:     `<path d="M8 2.25 14.5 13.5h-13zM8 6.5v3.25M8 11v1.25"/>`,
	IconInfo:     `<circle cx="8" cy="8" r="6.25"/><path d="M8 7.25v4M8 4.5v1.4"/>`,
	IconQuestion: `<circle cx="8" cy="8" r="6.25"/><path d="M6.25 6.25a1.8 1.8 0 1 1 2.6 1.65c-.6.3-.85.65-.85 1.35M8 10.6v1.2"/>`,
	IconVoid:     `<circle cx="8" cy="8" r="6.25"/><path d="m3.6 3.6 8.8 8.8"/>`,
	IconNA:       `<circle cx="8" cy="8" r="6.25" stroke-dasharray="2 2"/><path d="M5.25 8h5.5"/>`,
	IconClock:    `<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.5 1.75"/>`,
	IconPause:    `<path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2"/>`,
	IconWait:     `<path d="M4 2h8M4 14h8M5 2c0 4 6 5 6 6s0 4 0 6M11 2c0 4-6 5-6 6s0 4 0 6"/>`,
	IconFlag:     `<path d="M3.5 14V2.5h9L10 6l2.5 3.5h-9"/>`,
	IconCourt:    `<path d="M8 2v12M4.5 14h7M2.5 4h11M4 4 2 9h4zM12 4l-2 5h4z"/>`,
	IconEye:      `<path d="M1.5 8C3.2 5 5.4 3.5 8 3.5S12.8 5 14.5 8c-1.7 3-3.9 4.5-6.5 4.5S3.2 11 1.5 8z"/><circle cx="8" cy="8" r="2"/>`,
	IconDownload: `<path d="M8 2v8.5M4.5 7.25 8 10.75l3.5-3.5M2.5 13.5h11"/>`,
	IconUpload:   `<path d="M8 10.75V2.25M4.5 5.5 8 2l3.5 3.5M2.5 13.5h11"/>`,
	IconCopy:     `<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"/>`,
	IconTalk:     `<path d="M2 3h12v8H7.5L4.5 13.75V11H2z"/>`,
	IconReturn:   `<path d="M6 3 2.5 6.5 6 10M2.5 6.5h7.25a3.25 3.25 0 0 1 0 6.5H6"/>`,
	IconStage0:   `<circle cx="8" cy="8" r="6" stroke-dasharray="2.4 2.31"/>`,
	IconStage1:   `<circle cx="8" cy="8" r="6"/><path class="f" d="M8 8V3.5A4.5 4.5 0 0 1 12.5 8z"/>`,
	IconStage2:   `<circle cx="8" cy="8" r="6"/><path class="f" d="M8 3.5a4.5 4.5 0 0 1 0 9z"/>`,
	IconStage3:   `<circle cx="8" cy="8" r="6"/><path class="f" d="M8 8V3.5A4.5 4.5 0 1 1 3.5 8z"/>`,
	IconStage4:   `<circle cx="8" cy="8" r="6"/><circle class="f" cx="8" cy="8" r="4"/>`,
	IconSigned:   `<circle cx="8" cy="8" r="6.25"/><path d="m5.5 10.75 2.25-5.5M8.75 10.75 11 5.25"/>`,
	IconCritical: `<path class="f" d="M8 1.5 14.5 8 8 14.5 1.5 8z"/>`,
	IconMajor:    `<path d="M8 2 14 8 8 14 2 8z"/><path class="f" d="M8 2v12L2 8z"/>`,
	IconMinor:    `<path d="M8 2 14 8 8 14 2 8z"/>`,
}
