// Follows what moves on the server, and has a view draw what is new: ui/live.py is the other half.
//
// The page's script says what there is to follow (`about`), and what is known so far (`news`). From
// then on this module asks for news by itself, past the script, while the page is in sight. News
// begin where those before ended, told by a cursor that only the server understands. Where the
// server has no such route, the page is told so, and its script sends the news instead.

const HEADER = "X-Lenet-Run";
const RETRY_SECONDS = 3; // after an answer that did not come
const PATIENCE_SECONDS = 10; // for an answer
const GONE_TIMES = 2; // that a run is not found until the page looks: another server may have it

class Follower {
  constructor(place) {
    this.place = place;
    this.gone = 0;
    this.turn = Promise.resolve(); // views draw one after the other
    this.sight = () => document.hidden || this.ask();
    document.addEventListener("visibilitychange", this.sight);
  }

  // What the page's script sent; `tell` are the ways to say something to it.
  take({ about, news }, tell) {
    this.tell = tell;
    this.told = false;
    if (about) {
      clearTimeout(this.timer);
      this.about = about;
      this.view = import(`./${about.view}.js`);
      this.turn = this.turn.then(async () => (await this.view).begin(this.place, about));
    }
    this.show(news);
    if (this.about.asks) this.later(news.wait);
  }

  show(news) {
    if (news.after && news.after !== this.cursor) {
      this.tell.setTriggerValue("missed", news.after); // some news were lost on their way
      return;
    }
    this.cursor = news.cursor;
    this.turn = this.turn
      .then(async () => (await this.view).show(this.place, news))
      .catch((error) => console.error(error));
    if (news.state !== this.about.state && !this.told) {
      this.told = true;
      this.tell.setTriggerValue("changed", news.cursor); // more of the page must change than this
    }
  }

  later(seconds) {
    clearTimeout(this.timer);
    if (seconds) this.timer = setTimeout(() => this.ask(), 1000 * seconds);
  }

  async ask() {
    const { about, cursor } = this;
    if (!about.asks || this.over || document.hidden) return;
    this.later(PATIENCE_SECONDS + RETRY_SECONDS);
    let news;
    try {
      news = await this.fetched(about, cursor);
    } catch (error) {
      if (about !== this.about || this.over) return;
      if (this.answered) this.later(RETRY_SECONDS);
      else this.giveUp();
      return;
    }
    this.answered = true;
    if (about !== this.about || cursor !== this.cursor || this.over) return;
    this.show(news);
    this.later(news.wait);
  }

  async fetched({ route, token }, cursor) {
    const answer = await fetch(`${route}?after=${encodeURIComponent(cursor)}`, {
      headers: { [HEADER]: token },
      signal: AbortSignal.timeout(1000 * PATIENCE_SECONDS),
    });
    this.gone = answer.status === 410 ? this.gone + 1 : 0; // let go of, or of another server
    this.answered ||= this.gone > 0;
    if (this.gone === GONE_TIMES) this.tell.setTriggerValue("changed", "gone");
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json(); // a server without the route answers with a page
  }

  // There is no such route here: from now on the page's script sends the news. What is said while
  // the page is being drawn may be lost, so it is said again until the script has heard it.
  giveUp(times = 1) {
    clearTimeout(this.timer);
    if (this.over) return;
    this.about.asks = false;
    this.tell.setStateValue("route", `missing, said ${times} times`);
    this.timer = setTimeout(() => this.giveUp(times + 1), 1000 * RETRY_SECONDS);
  }

  end() {
    this.over = true;
    this.place.follower = undefined;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.sight);
    this.view?.then((view) => view.end(this.place));
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const place = parentElement.querySelector(".live");
  place.follower ??= new Follower(place);
  const sent = JSON.parse(new TextDecoder().decode(data));
  place.follower.take(sent, { setStateValue, setTriggerValue });
  return () => place.follower.end();
}
