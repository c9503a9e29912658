// The frame of the page, and which view the address asks for.
import { useSyncExternalStore } from 'react'
import { client } from './client.ts'
import { InvoiceList } from './invoice-list.tsx'
import { InvoicePage } from './invoice-page.tsx'
import { LoginForm } from './login-form.tsx'
import { NewInvoice } from './new-invoice.tsx'
import { forgetSession, isLoggedIn, watchSession } from './session.ts'

const watchAddress = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

export function App() {
  const isOpen = useSyncExternalStore(watchSession, isLoggedIn)
  const [, view, id] = useSyncExternalStore(watchAddress, () => location.hash).split('/')
  if (!isOpen) return <LoginForm />
  return (
    <>
      <header>
        <a href="#/" className="brand">
          Invoices
        </a>
        <nav>
          <a href="#/new" className="button primary">
            New invoice
          </a>
          <button type="button" onClick={logOut}>
            Log out
          </button>
        </nav>
      </header>
      <main>
        {view === 'new' ? (
          <NewInvoice />
        ) : view === 'invoice' && id ? (
          <InvoicePage id={id} />
        ) : (
          <InvoiceList />
        )}
      </main>
    </>
  )
}

function logOut(): void {
  forgetSession()
  void client.clearStore()
}
