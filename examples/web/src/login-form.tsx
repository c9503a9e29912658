// The way in.
import { useActionState } from 'react'
import { Alert, Field } from './field.tsx'
import { logIn } from './session.ts'

async function submit(_last: string, form: FormData): Promise<string> {
  try {
    await logIn(String(form.get('email')), String(form.get('password')))
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export function LoginForm() {
  const [problem, action, isBusy] = useActionState(submit, '')
  return (
    <form action={action} className="card login">
      <h1>Invoices</h1>
      <Field label="E-mail" name="email" type="email" autoComplete="username" required />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      <Alert texts={problem ? [problem] : []} />
      <button type="submit" className="primary" disabled={isBusy}>
        Log in
      </button>
    </form>
  )
}
