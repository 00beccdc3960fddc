/**
 * V8's own functions, which exist under `--allow-natives-syntax` and are no JavaScript: made from text, so that files with
 * them can be read without that option.
 */
export const nativesOption = '--allow-natives-syntax'

type AnyFunction = (...parameters: never[]) => unknown

/** V8 that has one bit less in its `OptimizationStatus` (runtime.h): that of Node 25 and later. */
const shorterFrom = 14
const shift = Number.parseInt(process.versions.v8, 10) >= shorterFrom ? 1 : 0
const compilerBits = { Maglev: 1 << (5 - shift), TurboFan: 1 << (6 - shift) } as const
/** V8 may be optimising by itself at this moment, and then does nothing else. */
const attempts = 20
const pauseMs = 5

export type Compiler = 'TurboFan' | 'Maglev'

interface Natives {
  readonly prepare: (tested: AnyFunction) => void
  readonly optimize: Readonly<Record<Compiler, (tested: AnyFunction) => void>>
  readonly status: (tested: AnyFunction) => number
}

function native(text: string): (tested: AnyFunction) => number {
  return new Function('tested', `return ${text}`) as (tested: AnyFunction) => number
}

let made: Natives | undefined

function natives(): Natives {
  made ??= {
    prepare: native('%PrepareFunctionForOptimization(tested)'),
    optimize: {
      TurboFan: native('%OptimizeFunctionOnNextCall(tested)'),
      Maglev: native('%OptimizeMaglevOnNextCall(tested)'),
    },
    status: native('%GetOptimizationStatus(tested)'),
  }
  return made
}

/**
 * Has V8 compile a function with this compiler at its next call, which this makes.
 * @param warmUp calls the function with the types that it will be called with
 * @returns whether V8 did so
 */
export function optimize(tested: AnyFunction, compiler: Compiler, warmUp: () => void): boolean {
  for (let attempt = 0; attempt < attempts && !isOptimizedBy(compiler, tested); attempt++) {
    natives().prepare(tested)
    for (let call = 0; call < 3; call++) warmUp()
    natives().optimize[compiler](tested)
    warmUp()
    const untilMs = performance.now() + pauseMs
    while (!isOptimizedBy(compiler, tested) && performance.now() < untilMs);
  }
  return isOptimizedBy(compiler, tested)
}

export function isOptimizedBy(compiler: Compiler, tested: AnyFunction): boolean {
  return (natives().status(tested) & compilerBits[compiler]) !== 0
}
