// A label, its input, and beside it what is wrong, so that screen readers find it too.
import type { InputHTMLAttributes } from 'react'

type Props = InputHTMLAttributes<HTMLInputElement> &
  Readonly<{ label: string; name: string; problem?: string }>

export function Field({ label, name, problem, ...input }: Props) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        {...input}
        name={name}
        aria-invalid={problem !== undefined}
        aria-describedby={`${name}-problem`}
      />
      <Problem name={name} text={problem} />
    </label>
  )
}

export function Problem({ name, text }: Readonly<{ name: string; text: string | undefined }>) {
  return (
    <small id={`${name}-problem`} className="problem">
      {text}
    </small>
  )
}

/** What belongs to no input. */
export function Alert({ texts }: Readonly<{ texts: readonly string[] }>) {
  return (
    <div role="alert">
      {texts.map((text) => (
        <p key={text} className="alert">
          {text}
        </p>
      ))}
    </div>
  )
}
