// Two soft notes that are made here: no file is fetched. Off until somebody switches it on.
const NOTES = [[523.25, 0], [659.25, 0.22]];
const LASTS = 0.9;
const LOUDEST = 0.6;

export class Sound {
  constructor() {
    this.isOn = false;
    this.volume = 0.5;
    this.tones = [];
  }

  switchTo(on) {
    this.isOn = on;
    if (on) {
      this.context ||= new AudioContext();
      this.context.resume();
    } else {
      this.stop();
    }
  }

  play() {
    if (this.isOn) {
      this.stop();
      this.tones = NOTES.map(([pitch, after]) => this.tone(pitch, this.context.currentTime + after));
    }
  }

  tone(pitch, begins) {
    const [tone, loudness] = [this.context.createOscillator(), this.context.createGain()];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, begins);
    loudness.gain.linearRampToValueAtTime(this.volume * LOUDEST, begins + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begins + LASTS);
    tone.connect(loudness).connect(this.context.destination);
    tone.start(begins);
    tone.stop(begins + LASTS);
    return tone;
  }

  stop() {
    this.tones.forEach((tone) => tone.stop());
    this.tones = [];
  }
}
