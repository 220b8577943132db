// Reads a JSON list of calendars from standard input and says what ical.js sees in each, as JSON.
const ICAL = require("../vendor/ical.js/ical.es5.min.cjs");

const when = (time) => (time.isDate ? time.toString() : time.toUnixTime());

const seen = (part) => {
  const event = new ICAL.Event(part);
  return {
    uid: event.uid,
    start: when(event.startDate),
    end: when(event.endDate),
    status: part.getFirstPropertyValue("status"),
    summary: event.summary,
    description: event.description,
    sequence: event.sequence,
  };
};

const read = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map(seen);
};

const calendars = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(calendars.map(read)));
