export { startTimerLoop, type TimerLoop } from './timer-loop';
export { TimerScheduler } from './timer-scheduler';
