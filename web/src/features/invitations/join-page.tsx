import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useLocation, useNavigate } from "react-router";
import { Button, ButtonLink } from "@/components/button";
import { TextField } from "@/components/field";
import { Skeleton, TroubleNote } from "@/components/states";
import { Door } from "@/features/auth/door";
import { NewPassword } from "@/features/auth/new-password";
import { acceptInvitation, type InvitationOpened, joinOrganisation, openInvitation } from "@/lib/api";
import { moment } from "@/lib/format";
import { queries } from "@/lib/queries";
import { signIn, signOut, switchTo, useSession } from "@/lib/session";
import { useAct } from "@/lib/use-act";

function Sentence({ opened }: { opened: InvitationOpened }) {
  return (
    <p className="text-text-2 [overflow-wrap:anywhere]">
      {opened.invited_by ?? "Somebody"} invites <span className="font-[550] text-text">{opened.email}</span>{" "}
      to <span className="font-[550] text-text">{opened.organisation}</span> as {opened.role_name}
      {opened.project !== null && ` in ${opened.project}`}. The link is good until {moment(opened.expires_at)}
      .
    </p>
  );
}

/** Somebody new: a name and a password. */
function NewAccountForm({ token, opened }: { token: string; opened: InvitationOpened }) {
  const navigate = useNavigate();
  const { isBusy, error, trouble, act } = useAct();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get("password"));
    const isAccepted = await act(() =>
      acceptInvitation({
        body: { token, name: String(form.get("name")).trim(), password },
        throwOnError: true,
      }),
    );
    if (!isAccepted) return;
    await act(() => signIn(opened.email, password));
    void navigate("/", { replace: true });
  };
  return (
    <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
      <input type="hidden" name="email" autoComplete="username" value={opened.email} readOnly />
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        required
        maxLength={200}
        error={trouble?.fields.name}
      />
      <NewPassword about={[opened.email, opened.organisation]} error={trouble?.fields.password} />
      {error !== null && trouble?.fields.password === undefined && <TroubleNote error={error} />}
      <Button look="primary" type="submit" disabled={isBusy} className="justify-center">
        {isBusy ? "Joining…" : `Join ${opened.organisation}`}
      </Button>
    </form>
  );
}

/** Somebody who signs in here already. */
function JoinForm({ token, opened }: { token: string; opened: InvitationOpened }) {
  const navigate = useNavigate();
  const user = useSession((session) => session.user);
  const { isBusy, error, act } = useAct();
  if (user === null) {
    return (
      <>
        <p className="text-text-2">This address has an account here. Sign in, then open the link again.</p>
        <ButtonLink look="primary" to="/sign-in" className="justify-center">
          Sign in
        </ButtonLink>
      </>
    );
  }
  if (user.email !== opened.email) {
    return (
      <>
        <p className="text-text-2 [overflow-wrap:anywhere]">
          You are signed in as {user.email}. Sign in as {opened.email} to accept.
        </p>
        <Button className="justify-center" onClick={() => void signOut().then(() => queries.clear())}>
          Sign out
        </Button>
      </>
    );
  }
  const join = async () => {
    const isJoined = await act(async () => {
      const { data } = await joinOrganisation({ body: { token }, throwOnError: true });
      await switchTo(data.slug);
    });
    if (isJoined) void navigate("/", { replace: true });
  };
  return (
    <>
      {error !== null && <TroubleNote error={error} />}
      <Button look="primary" disabled={isBusy} className="justify-center" onClick={() => void join()}>
        {isBusy ? "Joining…" : `Join ${opened.organisation}`}
      </Button>
    </>
  );
}

function Ways({ token, opened }: { token: string; opened: InvitationOpened }) {
  const isSignedIn = useSession((session) => session.user !== null);
  if (opened.has_account) return <JoinForm token={token} opened={opened} />;
  if (isSignedIn) {
    return (
      <>
        <p className="text-text-2">You are signed in as somebody else. Sign out to accept.</p>
        <Button className="justify-center" onClick={() => void signOut().then(() => queries.clear())}>
          Sign out
        </Button>
      </>
    );
  }
  if (opened.needs_provider) {
    return (
      <>
        <p className="text-text-2">
          {opened.organisation} lets nobody in by password. Sign in through its provider; you may have to open
          this link again then.
        </p>
        <ButtonLink look="primary" to="/sign-in" className="justify-center">
          Sign in
        </ButtonLink>
      </>
    );
  }
  return <NewAccountForm token={token} opened={opened} />;
}

/** Where an invitation's link leads: what it invites to, and the ways to accept it. */
export function JoinPage() {
  const token = useLocation().hash.slice(1);
  const phase = useSession((session) => session.phase);
  const query = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => (await openInvitation({ body: { token }, throwOnError: true })).data,
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token === "") {
    return (
      <Door title="Invitation to TestFlux">
        <p className="text-text-2">This link is not whole. Copy all of it from the mail.</p>
        <ButtonLink to="/">Go to TestFlux</ButtonLink>
      </Door>
    );
  }
  if (query.error !== null) {
    return (
      <Door title="Invitation to TestFlux">
        <div className="-mx-3">
          <TroubleNote error={query.error} />
        </div>
        <ButtonLink to="/" className="justify-self-start">
          Go to TestFlux
        </ButtonLink>
      </Door>
    );
  }
  return (
    <Door title="Invitation to TestFlux">
      {query.data === undefined || phase === "unknown" ? (
        <Skeleton rows={4} />
      ) : (
        <>
          <Sentence opened={query.data} />
          <Ways token={token} opened={query.data} />
        </>
      )}
    </Door>
  );
}
