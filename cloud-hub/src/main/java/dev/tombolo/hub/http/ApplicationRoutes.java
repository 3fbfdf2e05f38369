package dev.tombolo.hub.http;

import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.ApplicationRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Applications of fleets with how far their devices are.
final class ApplicationRoutes {
  private final HubViews views;
  private final GitRepositories repositories;

  ApplicationRoutes(HubViews views, GitRepositories repositories) {
    this.views = views;
    this.repositories = repositories;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/applications/{name}", this::show);
  }

  /// One for each fleet that has it.
  private void show(Context context) throws RefusedException {
    Name name = Parts.name("application", context.pathParam("name"));
    Optional<Name> fleet = Parts.optionalName("fleet", context.queryParam("fleet"));
    List<Views.ApplicationView> found = views.applications(fleet, Optional.of(name));
    if (found.isEmpty()) {
      List<String> known =
          views.applications(fleet, Optional.empty()).stream()
              .map(each -> each.name().text())
              .distinct()
              .toList();
      throw new RefusedException(
          new Reason.NotFound(
              "application", name.text(), NearMiss.of(name.text(), known).stream().toList()));
    }
    Map<Name, GitRow> gits = new HashMap<>();
    for (Views.GitView git : views.gits(fleet)) {
      if (git.application().equals(name)) {
        gits.put(git.fleet(), GitRows.of(git, repositories.looked(git.fleet(), name)));
      }
    }
    Map<String, Views.Counts> counts =
        views.applicationCounts(found.stream().map(Views.ApplicationView::fleet).toList());
    List<ApplicationRow> rows = new ArrayList<>();
    for (Views.ApplicationView view : found) {
      Views.Counts its = counts.getOrDefault(view.fleet() + "/" + name, Views.Counts.NONE);
      rows.add(Rows.of(view, its, gits.get(view.fleet())));
    }
    Requests.answer(context, rows);
  }
}
