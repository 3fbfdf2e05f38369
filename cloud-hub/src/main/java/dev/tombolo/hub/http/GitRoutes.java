package dev.tombolo.hub.http;

import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.GitRepositories.Asked;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.GitApproveAsk;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Applications that come out of Git: looked at, fetched now, let in.
final class GitRoutes {
  private final HubViews views;
  private final GitRepositories repositories;
  private final RolloutRoutes rollouts;

  GitRoutes(HubViews views, GitRepositories repositories, RolloutRoutes rollouts) {
    this.views = views;
    this.rollouts = rollouts;
    this.repositories = repositories;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/gitops", this::list);
    routes.get("/api/v1/gitops/{fleet}/{application}", this::show);
    routes.get("/api/v1/gitops/{fleet}/{application}/diff", this::diff);
    routes.post("/api/v1/gitops/{fleet}/{application}/approve", this::approve);
    routes.post("/api/v1/gitops/{fleet}/{application}/sync", this::sync);
  }

  private void list(Context context) throws RefusedException {
    Optional<Name> fleet = Parts.optionalName("fleet", context.queryParam("fleet"));
    Requests.answer(context, views.gits(fleet).stream().map(this::row).toList());
  }

  private void show(Context context) throws RefusedException {
    Requests.answer(context, row(viewOf(context)));
  }

  private GitRow row(Views.GitView view) {
    return GitRows.of(view, repositories.looked(view.fleet(), view.application()));
  }

  private Views.GitView viewOf(Context context) throws RefusedException {
    Name fleet = Parts.name("fleet", context.pathParam("fleet"));
    Name application = Parts.name("application", context.pathParam("application"));
    for (Views.GitView view : views.gits(Optional.of(fleet))) {
      if (view.application().equals(application)) {
        return view;
      }
    }
    throw new RefusedException(
        new Reason.NotFound("application out of Git", fleet + "/" + application, List.of()));
  }

  private void diff(Context context) throws RefusedException, InterruptedException {
    Views.GitView view = viewOf(context);
    answer(context, view, new Asked("", "", Optional.empty(), true));
  }

  private void approve(Context context) throws RefusedException, IOException, InterruptedException {
    Views.GitView view = viewOf(context);
    GitApproveAsk ask = Requests.body(context, GitApproveAsk.class);
    answer(
        context,
        view,
        new Asked(
            ask.commit(),
            Requests.who(context).name(),
            Optional.ofNullable(ask.typedName()),
            false));
  }

  private void answer(Context context, Views.GitView view, Asked asked)
      throws RefusedException, InterruptedException {
    GitRepositories.Taken taken = repositories.apply(view.fleet(), view.application(), asked);
    switch (taken.answer()) {
      case AdminAnswer.Done done ->
          Requests.answer(
              context,
              AppliedRows.of(
                  done,
                  asked.dryRun() ? rollouts.planned(taken.objects(), done) : List.of(),
                  rollouts.warnings(taken.objects(), done)));
      case AdminAnswer.Refused refused -> throw new RefusedException(refused.reason());
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private void sync(Context context) throws RefusedException, InterruptedException {
    Views.GitView view = viewOf(context);
    Optional<Reason> refusal = repositories.look(view.fleet(), view.application());
    if (refusal.isPresent()) {
      throw new RefusedException(refusal.get());
    }
    Requests.answer(context, row(viewOf(context)));
  }
}
