// Child processes of a test file: whatever is still running when the file ends, is ended by its id.
const running = new Set<number>()

/** The process is ended when this one ends, unless it was `released` before. */
export function adopt(pid: number): void {
  if (running.size === 0) listen()
  running.add(pid)
}

export function release(pid: number): void {
  running.delete(pid)
}

let listening = false

function listen(): void {
  if (listening) return
  listening = true
  process.once('exit', endAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      endAll()
      process.exit(1)
    })
  }
}

function endAll(): void {
  for (const pid of running) {
    endGroup(pid)
    end(pid)
  }
  running.clear()
}

/** Ends a process that leads a group, and all that it started; nothing if it leads none, or all have ended. */
export function endGroup(pid: number): void {
  end(-pid)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
